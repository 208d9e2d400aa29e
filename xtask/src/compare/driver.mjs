// Reads one case a line, asks the simulator, and writes one answer a line.
// The package is installed beside this file.
import { createInterface } from 'node:readline';
import { runSimulation } from '@cloud-copilot/iam-simulate';

const named = (policies, prefix) =>
  (policies ?? []).map((policy, index) => ({ name: `${prefix}-${index}`, policy }));

const levels = (given, prefix) =>
  (given ?? []).map((policies, index) => ({
    orgIdentifier: `${prefix}-${index}`,
    policies: named(policies, `${prefix}-${index}`),
  }));

const optional = (policies, prefix) => (policies ? named(policies, prefix) : undefined);

function simulation(given) {
  return {
    request: {
      principal: given.principal === 'anonymous' ? { type: 'Anonymous' } : given.principal,
      action: given.action,
      resource: { resource: given.resource, accountId: given.account },
      contextVariables: given.context ?? {},
    },
    identityPolicies: named(given.identity, 'identity'),
    permissionBoundaryPolicies: optional(given.boundary, 'boundary'),
    sessionPolicy: given.session,
    serviceControlPolicies: levels(given.scp, 'scp'),
    resourceControlPolicies: levels(given.rcp, 'rcp'),
    resourcePolicy: given.resource_policy,
    vpcEndpointPolicies: given.endpoint ? named([given.endpoint], 'endpoint') : undefined,
  };
}

// The first message of a refusal; the messages of a policy's mistakes stand deeper inside.
function reason(errors) {
  const messages = [...JSON.stringify(errors).matchAll(/"message":("(?:[^"\\]|\\.)*")/g)];
  const texts = messages.map((match) => JSON.parse(match[1]));
  return texts.find((text) => text !== 'policy.errors') ?? JSON.stringify(errors);
}

async function answer(line) {
  try {
    const given = JSON.parse(line);
    const simulationMode = given.mode ?? 'Strict';
    const result = await runSimulation(simulation(given), { simulationMode });
    if (result.resultType === 'error') return { error: reason(result.errors) };
    const ignored = result.result?.ignoredContextKeys ?? [];
    return { verdict: result.overallResult, ignored };
  } catch (error) {
    return { error: `thrown: ${error.message}` };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
