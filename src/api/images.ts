/** Whether an image is Windows (`windows10`, `win11`, `Windows Server 2022`, …), which needs a password instead of a key. */
export function isWindowsImage(image: string | undefined): boolean {
  return /^\s*(microsoft[-_ ]*)?(windows|win[-_ ]?(\d|server))/i.test(image ?? '');
}
