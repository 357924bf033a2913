// A password crosses the web view's own process on its way to the program, and that process keeps what it carried. So it is sealed to
// a key that the program makes for one message and forgets: X25519, then HKDF-SHA-256 stretched to the length of the message.

/** Bytes of an X25519 public key. */
const KEY = 32;
/** HKDF with SHA-256 gives no more than 255 blocks. */
export const SEAL_LIMIT = 255 * 32;

const INFO = new TextEncoder().encode("wardkeep page to program");

/** `theirs`, our public key, and the message that only the holder of `theirs` can read. */
export async function seal(theirs: Uint8Array<ArrayBuffer>, message: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  if (theirs.length !== KEY || message.length > SEAL_LIMIT) throw new RangeError("cannot be sealed");
  const pair = (await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"])) as CryptoKeyPair;
  const peer = await crypto.subtle.importKey("raw", theirs, { name: "X25519" }, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "X25519", public: peer }, pair.privateKey, 8 * KEY);
  const ours = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const sealed = new Uint8Array(2 * KEY + message.length);
  sealed.set(theirs);
  sealed.set(ours, KEY);
  const salt = sealed.slice(0, 2 * KEY);
  const source = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const derive = { name: "HKDF", hash: "SHA-256", salt, info: INFO };
  const pad = new Uint8Array(await crypto.subtle.deriveBits(derive, source, 8 * message.length));
  for (let at = 0; at < message.length; at++) sealed[2 * KEY + at] = (message[at] ?? 0) ^ (pad[at] ?? 0);
  return sealed;
}
