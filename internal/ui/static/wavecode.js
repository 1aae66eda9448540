// The code by which a respondent pairs waves is made here, on the device. The form brings one of the server's for browsers
// without JavaScript; see package wavecode for what the characters mean.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** @param {number[]} digits */
function check(digits) {
  return digits.reduce((sum, digit) => {
    const v = (sum ^ digit) << 1;
    return v & 32 ? v ^ 37 : v;
  }, 0);
}

for (const field of document.querySelectorAll("input[data-wave-code]")) {
  const digits = [...crypto.getRandomValues(new Uint8Array(7))].map((b) => b & 31);
  const text = [...digits, check(digits)].map((d) => alphabet[d]).join("");
  /** @type {HTMLInputElement} */ (field).value = `${text.slice(0, 4)}-${text.slice(4)}`;
}
