/** The window's one bridge: exactly the contract's names, never a general `invoke`. */
import { contextBridge, ipcRenderer } from "electron/renderer";
import { ipc } from "../contract/ipc.ts";

const ask = (name: string) => (argument: unknown) => ipcRenderer.invoke(name, argument);
const hear = (name: string) => (listener: (payload: unknown) => void) => {
  const heard = (_event: unknown, payload: unknown) => listener(payload);
  ipcRenderer.on(name, heard);
  return () => void ipcRenderer.off(name, heard);
};

const api = Object.entries(ipc).map(
  ([name, { kind }]) => [name, kind === "call" ? ask(name) : hear(name)] as const,
);
contextBridge.exposeInMainWorld("tokenkeep", Object.fromEntries(api));
