import type { ResourceRef } from '../northbound/desired.ts';

/**
 * Where to look: all that an event says. What is done there depends on what stands in the databases by then (law 1), so
 * two events that lead to one place make one look.
 */
export type Look =
  /** The engine's: a Neutron resource and its rows in the Northbound. */
  | { readonly at: 'resource'; readonly resource: ResourceRef }
  /** The engine's: the whole deployment. */
  | { readonly at: 'deployment'; readonly why: 'chassis' | 'reconnected' | 'schema' | 'missed' }
  /** The port's status in Neutron, against `up` of its Logical_Switch_Port. */
  | { readonly at: 'port-status'; readonly portId: string }
  /** The host of a router's gateway port, or of a virtual port, in Neutron against where the Southbound has it. */
  | { readonly at: 'port-host'; readonly portId: string }
  /** The MAC addresses that OVN has learnt for an address which a floating IP came to or left. */
  | { readonly at: 'mac-bindings'; readonly ip: string }
  /** The segments that Neutron takes a host for connected to, against the host's bridge mappings. */
  | { readonly at: 'segment-hosts'; readonly host: string };

export type LookAt = Look['at'];
export type LookOf<At extends LookAt> = Extract<Look, { readonly at: At }>;

/** The same for all that lead to one place. */
export function keyOf(look: Look): string {
  switch (look.at) {
    case 'resource':
      return `resource ${look.resource.type} ${look.resource.id}`;
    case 'deployment':
      return `deployment ${look.why}`;
    case 'port-status':
      return `port-status ${look.portId}`;
    case 'port-host':
      return `port-host ${look.portId}`;
    case 'mac-bindings':
      return `mac-bindings ${look.ip}`;
    case 'segment-hosts':
      return `segment-hosts ${look.host}`;
    default:
      throw look satisfies never;
  }
}
