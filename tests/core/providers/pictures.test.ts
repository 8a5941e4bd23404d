import { expect, test } from "vitest";
import { allowedPicture, pictureInUsers, pictureType } from "../../../core/providers/pictures.ts";
import { twitch } from "../../../core/providers/twitch.ts";

test.each([
  ["https://static-cdn.jtvnw.net/jtv_user_pictures/one.png", true],
  ["http://static-cdn.jtvnw.net/one.png", false],
  ["https://static-cdn.jtvnw.net:8443/one.png", false],
  ["https://static-cdn.jtvnw.net.example.com/one.png", false],
  ["https://user:secret@static-cdn.jtvnw.net/one.png", false],
  ["https://example.com/one.png", false],
  ["file:///etc/passwd", false],
  ["nonsense", false],
  [7, false],
])("a picture comes only from an origin that the provider's data lists: %s", (address, allowed) => {
  expect(allowedPicture(twitch, address) !== undefined).toBe(allowed);
});

test("the origins of pictures are https", () => {
  expect(twitch.pictures?.origins.every((origin) => origin.startsWith("https://"))).toBe(true);
});

test.each([
  ["\x89PNG\r\n\x1a\n....", "image/png"],
  ["\xff\xd8\xff\xe0", "image/jpeg"],
  ["GIF89a..", "image/gif"],
  ["RIFF....WEBPVP8 ", "image/webp"],
  ["RIFF....WAVE", undefined],
  ["<svg xmlns='http://www.w3.org/2000/svg'>", undefined],
  ["<!doctype html>", undefined],
  ["", undefined],
])("the first bytes of a file decide whether it is a picture: %j", (text, type) => {
  expect(pictureType(Buffer.from(text, "latin1"))).toBe(type);
});

test("an answer about another user brings no picture", () => {
  const body = JSON.stringify({
    data: [{ id: "2", profile_image_url: "https://static-cdn.jtvnw.net/a.png" }],
  });
  const answer = { kind: "answered", status: 200, body } as const;
  expect(pictureInUsers(answer, "1")).toBeUndefined();
  expect(pictureInUsers(answer, "2")).toBe("https://static-cdn.jtvnw.net/a.png");
  expect(pictureInUsers({ ...answer, status: 401 }, "2")).toBeUndefined();
  expect(pictureInUsers({ ...answer, body: "[]" }, "2")).toBeUndefined();
});
