import { isAbsolute, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readOptions } from "./options.ts";
import { projectDir } from "./run.ts";

describe("npm start's options", () => {
  it("have defaults that keep the server to this machine", () => {
    expect(readOptions([], {})).toEqual({
      port: 3210,
      host: "127.0.0.1",
      dataDir: join(projectDir, ".lectern"),
      lan: false,
      lanName: undefined,
    });
  });

  it("come from the environment, and arguments win", () => {
    const env = {
      PORT: "8080",
      HOST: "::1",
      LECTERN_DATA: "kept",
      LECTERN_LAN_NAME: "study.local",
    };
    expect(readOptions([], env)).toMatchObject({ port: 8080, host: "::1", lanName: "study.local" });
    const args = [
      "--port",
      "0",
      "--host",
      "localhost",
      "--data",
      "/elsewhere",
      "--name",
      "10.0.0.7",
    ];
    const read = readOptions(args, env);
    expect(read).toMatchObject({ port: 0, host: "localhost", lanName: "10.0.0.7" });
    expect(read !== "help" && isAbsolute(read.dataDir)).toBe(true);
  });

  it("take a variable that is set to nothing as not set", () => {
    const env = { PORT: "", HOST: "", LECTERN_DATA: "", LECTERN_LAN_NAME: "" };
    expect(readOptions([], env)).toEqual(readOptions([], {}));
  });

  it("bind to every address with --lan", () => {
    expect(readOptions(["--lan"], {})).toMatchObject({ lan: true, host: "0.0.0.0" });
  });

  it("are refused when they make no sense", () => {
    for (const port of ["http", "-1", "65536", "3210.5", "0x10"]) {
      expect(() => readOptions([`--port=${port}`], {})).toThrow(/whole number from 0 to 65535/u);
    }
    expect(() => readOptions(["--prot", "1"], {})).toThrow(/--prot/u);
  });
});
