/** Items that one mutation takes. */
export const MAX_ITEMS = 1000;
