/** The environment variables that configure where a program listens. */
export interface AddressVariables {
  port: string;
  /** Absent where the host is not configured. */
  host?: string;
}

/** What Node attaches to the error of a server that cannot listen, and of a name that has no address. */
interface ListenError extends Error {
  code?: string;
  address?: string;
  port?: number;
  hostname?: string;
}

/** Why a server cannot listen, in a sentence that begins with the variable to change; null for any other error. */
export function addressProblem(error: unknown, variables: AddressVariables): string | null {
  if (!(error instanceof Error)) return null;
  const { code, address = '', port = 0, hostname = '' } = error as ListenError;
  const host = variables.host ?? variables.port;
  switch (code) {
    case 'EADDRINUSE':
      return `${variables.port}: port ${port} of ${address} is in use by another program. Set ${variables.port} to another port`;
    case 'EACCES':
      return `${variables.port}: port ${port} is reserved for privileged users. Set ${variables.port} to a port from 1024 on`;
    case 'EADDRNOTAVAIL':
      return `${host}: ${address} is not an address of this machine. Set ${host} to one that is`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host}: the name ${hostname} has no address. Set ${host} to a name or address of this machine`;
    default:
      return null;
  }
}
