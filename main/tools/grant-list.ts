/** The grants that count now: those in the vault, and temporary ones, which exist in memory alone. */
import type { Lifetime } from "../../contract/socket.ts";
import type { GrantRecord } from "../../core/accounts/records.ts";
import type { RecordStore, VaultDoor } from "../vault/types.ts";

export type ToolGrant = GrantRecord & { readonly lifetime: Lifetime };

export interface GrantList {
  /** Empty while the vault is not open. */
  all(): readonly ToolGrant[];
  /** Adds a grant that ends with its connection, or with the next lock. */
  addTemporary(grant: ToolGrant): void;
  isTemporary(id: string): boolean;
  /** False: there is no temporary grant of this id. */
  removeTemporary(id: string): boolean;
  /** Removes all temporary grants, and returns their ids. */
  removeAllTemporary(): readonly string[];
}

export function createGrantList(
  records: Pick<RecordStore, "list">,
  vault: Pick<VaultDoor, "state">,
): GrantList {
  const temporary = new Map<string, ToolGrant>();
  return {
    all: () =>
      vault.state.state === "open"
        ? [
            // A grant whose lifetime is being changed is in both places; the temporary one counts.
            ...records
              .list("grant")
              .filter(({ id }) => !temporary.has(id))
              .map((record) => ({ ...record, lifetime: "always" as const })),
            ...temporary.values(),
          ]
        : [],
    addTemporary: (grant) => void temporary.set(grant.id, grant),
    isTemporary: (id) => temporary.has(id),
    removeTemporary: (id) => temporary.delete(id),
    removeAllTemporary() {
      const ids = [...temporary.keys()];
      temporary.clear();
      return ids;
    },
  };
}
