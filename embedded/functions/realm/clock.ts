// Time as queries and mutations see it: it stands still for the length of a run.

export type Clock = { DateConstructor: DateConstructor; set(nowMs: number): void };

/** `look` is called whenever the time is read, since such a result may be different tomorrow. */
export function createClock(look: () => void): Clock {
  let now = 0;
  const RealDate = Date;
  const read = () => {
    look();
    return now;
  };
  function FrozenDate(this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(read()).toString();
    const instance = Reflect.construct(
      RealDate,
      args.length === 0 ? [read()] : args,
      new.target === FrozenDate ? RealDate : new.target,
    ) as object;
    return instance;
  }
  Object.defineProperties(FrozenDate, {
    name: { value: "Date" },
    length: { value: 7 },
    prototype: { value: RealDate.prototype, writable: false },
    now: { value: read, writable: true, configurable: true },
    parse: { value: RealDate.parse, writable: true, configurable: true },
    UTC: { value: RealDate.UTC, writable: true, configurable: true },
  });
  // `new Date().constructor` must not lead back to the running clock.
  Object.defineProperty(RealDate.prototype, "constructor", {
    value: FrozenDate,
    writable: true,
    configurable: true,
  });
  return {
    DateConstructor: FrozenDate as unknown as DateConstructor,
    set(nowMs) {
      now = Math.floor(nowMs);
    },
  };
}
