/** A value as JSON within a `<script>`, which a `</script>` in a text would end. */
export function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** A text as a URL that holds it, for an attribute in double quotes. */
export function dataUri(type: string, text: string): string {
  return `data:${type},${encodeURIComponent(text)}`;
}

/** The Content-Security-Policy of a page that brings everything along: what is not in `own` may come from no host. */
export function pagePolicy(own: readonly string[]): string {
  const common = ["connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];
  return ["default-src 'none'", ...own, ...common].join('; ');
}
