/** Passkeys: WebAuthn's answers as JSON and back, also for browsers whose own conversions are missing. */

export const passkeysWork = () => Boolean(globalThis.PublicKeyCredential && navigator.credentials);

/** Makes a passkey from the server's creation options (JSON). Returns the credential as JSON. */
export async function createPasskey(options) {
  const parsed = PublicKeyCredential.parseCreationOptionsFromJSON?.(options) ?? creation(options);
  return credentialJson(await navigator.credentials.create({ publicKey: parsed }));
}

/** Proves with a passkey. `signal` ends the waiting; `mediation: "conditional"` offers passkeys in a form's field. */
export async function usePasskey(options, { signal, mediation } = {}) {
  const parsed = PublicKeyCredential.parseRequestOptionsFromJSON?.(options) ?? assertion(options);
  return credentialJson(await navigator.credentials.get({ publicKey: parsed, signal, mediation }));
}

/** Closed by the person, or timed out: not an error worth words of its own. */
export const declined = (error) => error?.name === "NotAllowedError" || error?.name === "AbortError";
/** This device holds a passkey for the account already. */
export const alreadyHere = (error) => error?.name === "InvalidStateError";

const creation = (options) => ({
  ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
  excludeCredentials: descriptors(options.excludeCredentials),
});

const assertion = (options) => ({ ...options, challenge: bytes(options.challenge), allowCredentials: descriptors(options.allowCredentials) });
const descriptors = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function credentialJson(credential) {
  if (credential.toJSON) return credential.toJSON();
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
    .filter((name) => response[name]).map((name) => [name, base64url(response[name])]);
  return {
    id: credential.id, rawId: base64url(credential.rawId), type: credential.type, authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { ...Object.fromEntries(parts), ...(response.getTransports && { transports: response.getTransports() }) },
  };
}

export function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.codePointAt(0));
}

export function base64url(buffer) {
  const plain = String.fromCodePoint(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
