/** A small client of Neutron's REST API, for a server that asks for no token. */

/** The name of a resource, as the body of a request has it, and where it lives. */
const paths = {
  network: '/networks',
  subnet: '/subnets',
  port: '/ports',
  router: '/routers',
  floatingip: '/floatingips',
  security_group: '/security-groups',
  security_group_rule: '/security-group-rules',
  address_group: '/address-groups',
  trunk: '/trunks',
  policy: '/qos/policies',
  log: '/log/logs',
  agent: '/agents',
} as const;

export type ResourceKind = keyof typeof paths;

export type Attributes = Readonly<Record<string, unknown>>;
export type Resource = Attributes & { readonly id: string };

/** Neutron said no, or nothing. */
export class NeutronApiError extends Error {
  readonly code = 'NEUTRON_API';
  /** HTTP's; 0 when there was no answer. */
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

const deadlineMs = 300_000;

export class NeutronApi {
  readonly #baseUrl: string;

  /** @param baseUrl such as `http://127.0.0.1:9696/v2.0` */
  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  async list(kind: ResourceKind, filter: Readonly<Record<string, string>> = {}): Promise<Resource[]> {
    const query = new URLSearchParams(filter).toString();
    const body = await this.request('GET', query === '' ? paths[kind] : `${paths[kind]}?${query}`);
    return inside(body, plural(kind)) as Resource[];
  }

  async show(kind: ResourceKind, id: string): Promise<Resource> {
    return inside(await this.request('GET', `${paths[kind]}/${id}`), kind) as Resource;
  }

  async create(kind: ResourceKind, attributes: Attributes): Promise<Resource> {
    return inside(await this.request('POST', paths[kind], { [kind]: attributes }), kind) as Resource;
  }

  /** In one request; in the order given. */
  async createAll(kind: ResourceKind, all: readonly Attributes[]): Promise<Resource[]> {
    const name = plural(kind);
    return inside(await this.request('POST', paths[kind], { [name]: all }), name) as Resource[];
  }

  /** A resource that lives under another: a rule of a QoS policy, a forwarding of a floating IP. */
  async createUnder(
    kind: ResourceKind,
    id: string,
    path: string,
    name: string,
    attributes: Attributes,
  ): Promise<Resource> {
    return inside(await this.request('POST', `${paths[kind]}/${id}/${path}`, { [name]: attributes }), name) as Resource;
  }

  async update(kind: ResourceKind, id: string, attributes: Attributes): Promise<Resource> {
    return inside(await this.request('PUT', `${paths[kind]}/${id}`, { [kind]: attributes }), kind) as Resource;
  }

  /** An action such as `add_router_interface`, whose body has no envelope. */
  async act(kind: ResourceKind, id: string, action: string, attributes: Attributes): Promise<Attributes> {
    return (await this.request('PUT', `${paths[kind]}/${id}/${action}`, attributes)) as Attributes;
  }

  async delete(kind: ResourceKind, id: string): Promise<void> {
    await this.request('DELETE', `${paths[kind]}/${id}`);
  }

  /** Any request; `path` is below the version. Returns the body, undefined when there is none. */
  async request(method: string, path: string, body?: Attributes): Promise<unknown> {
    const sent = body === undefined ? '' : JSON.stringify(body);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#baseUrl}${path}`, {
        method,
        signal: AbortSignal.timeout(deadlineMs),
        ...(body === undefined ? {} : { body: sent, headers: { 'content-type': 'application/json' } }),
      });
      text = await response.text();
    } catch (cause) {
      throw new NeutronApiError(`${method} ${path}: no answer from Neutron; is it running?`, 0, { cause });
    }
    if (!response.ok) {
      const request = `${method} ${path}${sent === '' ? '' : ` with ${sent.slice(0, 500)}`}`;
      throw new NeutronApiError(`${request}: ${response.status} ${complaint(text)}`, response.status);
    }
    return text === '' ? undefined : JSON.parse(text);
  }
}

function plural(kind: ResourceKind): string {
  return kind === 'policy' ? 'policies' : `${kind}s`;
}

function inside(body: unknown, name: string): unknown {
  if (typeof body === 'object' && body !== null && name in body) return (body as Attributes)[name];
  throw new NeutronApiError(`Neutron's answer holds no ${name}: ${JSON.stringify(body)?.slice(0, 200)}`, 200);
}

function complaint(text: string): string {
  try {
    return JSON.parse(text).NeutronError.message;
  } catch {
    return text.slice(0, 500);
  }
}
