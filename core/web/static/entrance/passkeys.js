/** Passkeys, as the browser and the API exchange them. */

/** Whether this browser can; a page without TLS (but localhost) cannot. */
export const supported = Boolean(globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON);

/** The credential for these options, in JSON; null when the person turned away. */
export async function ask(options) {
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return (await navigator.credentials.get({ publicKey })).toJSON();
  } catch (error) {
    if (error.name === "NotAllowedError" || error.name === "AbortError") return null;
    throw error;
  }
}
