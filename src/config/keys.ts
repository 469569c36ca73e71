/** Shorter ones can be guessed; 16 characters of base64 are 96 bits. */
export const SHORTEST_KEY = 16;

/** RFC 6750's b64token: anything else cannot be sent as a bearer token. */
export const BEARER_TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;
