/** Items that one mutation takes (DESIGN: The graph). */
export const MAX_ITEMS = 1000;
