/**
 * Fetches a picture: one GET without token or cookies, no redirect, at most 256 KiB, in a bounded time. Apart from the
 * client for token requests, because a picture is bytes and says nothing about a token.
 */
import type { FetchPicture } from "../../core/ports.ts";
import { PICTURE_MAX_BYTES } from "../../core/providers/pictures.ts";
import type { OpenExchange } from "./http.ts";

const TIMEOUT_MS = 10_000;

const received = (exchange: Awaited<ReturnType<OpenExchange>>["exchange"]): Promise<Uint8Array | undefined> =>
  new Promise((resolve) => {
    let over = false;
    const limit: { timer?: NodeJS.Timeout } = {};
    const finish = (bytes: Uint8Array | undefined): void => {
      if (over) return;
      over = true;
      clearTimeout(limit.timer);
      if (bytes === undefined) exchange.abort();
      resolve(bytes);
    };
    const nothing = (): void => finish(undefined);
    limit.timer = setTimeout(nothing, TIMEOUT_MS);
    exchange.onRedirect(nothing);
    exchange.onFailure(nothing);
    exchange.onResponse((response) => {
      if (response.status !== 200) return nothing();
      const chunks: Uint8Array[] = [];
      let size = 0;
      response.onData((chunk) => {
        size += chunk.byteLength;
        if (size > PICTURE_MAX_BYTES) return nothing();
        chunks.push(chunk);
      });
      response.onBroken(nothing);
      response.onEnd(() => finish(Buffer.concat(chunks)));
    });
    exchange.send(undefined);
  });

export const createFetchPicture =
  (open: OpenExchange): FetchPicture =>
  async (url) => {
    try {
      const { exchange, release } = await open({ method: "GET", url, headers: {}, timeoutMs: TIMEOUT_MS });
      try {
        return await received(exchange);
      } finally {
        release();
      }
    } catch {
      return undefined;
    }
  };
