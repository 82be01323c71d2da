// `allowed_outbound_hosts` at start: variables filled in, and each rule read, with the line of one that is none.
// What the rules allow is decided where guests go out.

import { type OutboundRule, parseOutboundRule } from "../component-wasi/network/outbound-rules.ts";
import { RuleSyntaxError } from "../component-wasi/network/rule-syntax.ts";
import type { ComponentDeclaration } from "./model.ts";
import type { Problems } from "./problems.ts";
import type { Variables } from "./variables.ts";

/** The component's rules. Problems are noted. */
export function outboundRules(
  { id, allowedOutboundHosts }: ComponentDeclaration,
  variables: Variables,
  problems: Problems,
): OutboundRule[] {
  return allowedOutboundHosts.flatMap(({ line, value }, k) => {
    const key = `component.${id}.allowed_outbound_hosts[${k}]`;
    const rule = variables.fill(value, line, key);
    if (rule === undefined) return [];
    try {
      return [parseOutboundRule(rule)];
    } catch (error) {
      if (!(error instanceof RuleSyntaxError)) throw error;
      // What a variable has put in may be secret.
      const message = rule === value ? error.message : `${value}, with its variables filled in, is no rule`;
      problems.error(line, key, message);
      return [];
    }
  });
}
