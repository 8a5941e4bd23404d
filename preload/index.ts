/** The bridge between main and the window: exactly the names of the contract, never a general `invoke`. */
import { contextBridge, ipcRenderer } from "electron/renderer";
import { ipc } from "../contract/ipc.ts";

const call = (name: string) => (argument: unknown) => ipcRenderer.invoke(name, argument);
const subscribe = (name: string) => (listener: (payload: unknown) => void) => {
  const onMessage = (_event: unknown, payload: unknown) => listener(payload);
  ipcRenderer.on(name, onMessage);
  return () => void ipcRenderer.off(name, onMessage);
};

const api = Object.entries(ipc).map(
  ([name, { kind }]) => [name, kind === "call" ? call(name) : subscribe(name)] as const,
);
contextBridge.exposeInMainWorld("tokenkeep", Object.fromEntries(api));
