import { expect, test } from "vitest";
import { byNaturalName } from "../../core/natural-order.ts";

test("numbers in names sort by their value", () => {
  const names = [
    "user_10",
    "user_2",
    "Lantern_2",
    "user_1",
    "lantern_10",
    "user_02",
    "user",
    "9lives",
    "10up",
  ];
  expect(names.sort(byNaturalName)).toEqual([
    ...["9lives", "10up", "Lantern_2", "lantern_10"],
    ...["user", "user_1", "user_02", "user_2", "user_10"],
  ]);
});
