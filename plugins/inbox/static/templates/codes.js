/** The button that hands over a code to log in with, however Meta tells of it. */
const COPIED = "https://www.whatsapp.com/otp/";

/** COPY_CODE, ONE_TAP or ZERO_TAP; "" for any other button. Meta lists them as addresses of its own, too. */
export function otpOf({ type = "", url, otp_type: kind }) {
  if (String(url ?? "").startsWith(COPIED)) return new URL(url).searchParams.get("otp_type") ?? "COPY_CODE";
  return type.toUpperCase() === "OTP" ? kind ?? "COPY_CODE" : "";
}
