/** The system's own file dialogs, as a port. */
export interface FileDialogs {
  /** The path of the file to write; undefined when the user cancels. */
  save(suggestedName: string, what: "export" | "activity"): Promise<string | undefined>;
  /**
   * The path of the file to read: one of our exports, or a token file of another tool, which may be a hidden file.
   * Undefined when the user cancels.
   */
  open(what: "export" | "tokens"): Promise<string | undefined>;
}
