/** The value of a header whose letter case differs between phones; '' when it is absent. */
export function headerOf(headers: Record<string, unknown>, name: string): string {
  const wanted = name.toLowerCase();
  const found = Object.keys(headers).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? '' : String(headers[found]);
}
