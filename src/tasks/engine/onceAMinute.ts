const MINUTE_MS = 60_000;
/** Texts remembered, in case that they hold something new each time. */
const MOST = 100;

/** Whether this text was not given within the last minute: a store that refuses does so for each command. */
export function onceAMinute(now: () => number = () => performance.now()): (text: string) => boolean {
  const given = new Map<string, number>();
  return (text) => {
    const last = given.get(text);
    if (last !== undefined && now() - last < MINUTE_MS) return false;
    if (given.size >= MOST) given.clear();
    given.set(text, now());
    return true;
  };
}
