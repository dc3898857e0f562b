// Starts a whole backend on one data folder: lock, admin key, ports, engine, and everything that answers requests.
export { startServer } from "./startServer.ts";
export type { RunningServer, ServerOptions } from "./startServer.ts";
export { DataFolderInUseError } from "./dataFolderLock.ts";
export { ListenError } from "./listen.ts";
