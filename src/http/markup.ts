/** A value as JSON within a `<script>`, which a `</script>` in a text would end. */
export function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** A text as a URL that holds it, for an attribute in double quotes. */
export function dataUri(type: string, text: string): string {
  return `data:${type},${encodeURIComponent(text)}`;
}
