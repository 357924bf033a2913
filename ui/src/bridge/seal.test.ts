import { expect, test } from "vitest";
import { SEAL_LIMIT, seal } from "./seal";

const encoder = new TextEncoder();

/** The program's end, see src-tauri/src/seal.rs. */
async function open(pair: CryptoKeyPair, sealed: Uint8Array): Promise<string> {
  const page = await crypto.subtle.importKey("raw", sealed.slice(32, 64), { name: "X25519" }, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "X25519", public: page }, pair.privateKey, 256);
  const source = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const info = encoder.encode("wardkeep page to program");
  const derive = { name: "HKDF", hash: "SHA-256", salt: sealed.slice(0, 64), info };
  const pad = new Uint8Array(await crypto.subtle.deriveBits(derive, source, 8 * (sealed.length - 64)));
  return new TextDecoder().decode(sealed.slice(64).map((byte, at) => byte ^ (pad[at] ?? 0)));
}

async function programsKey() {
  const pair = (await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"])) as CryptoKeyPair;
  return { pair, key: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)) };
}

test("only the program reads a sealed message", async () => {
  const { pair, key } = await programsKey();
  const message = '{"name":"unlock","input":{"password":"größer 🔑"}}';
  const sealed = await seal(key, encoder.encode(message));
  expect(new TextDecoder("latin1").decode(sealed)).not.toContain("unlock");
  expect(await open(pair, sealed)).toBe(message);
});

test("two seals of one message differ", async () => {
  const { key } = await programsKey();
  const message = encoder.encode("{}");
  expect(await seal(key, message)).not.toEqual(await seal(key, message));
});

test("what cannot be sealed is refused", async () => {
  const { key } = await programsKey();
  await expect(seal(key, new Uint8Array(SEAL_LIMIT + 1))).rejects.toThrow(RangeError);
  await expect(seal(key.slice(1), new Uint8Array(1))).rejects.toThrow(RangeError);
});
