import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import * as registry from '../providers/registry.ts';
import { GATEWAY_VARIABLES, readConfig } from '../src/config/environment.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'deploy', 'kubernetes');
const cards = Object.values(registry);
const known = new Set([...GATEWAY_VARIABLES, ...cards.flatMap((card) => card.variables.map(({ name }) => name))]);
const read = (path: string) => readFileSync(path, 'utf8');

/** Seconds that a stop may take: 32 for requests, 5 for tasks, 3 for webhooks and connections. */
const LONGEST_STOP_S = 40;

interface Manifest {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec: Record<string, unknown>;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}
interface Probe {
  httpGet: { path: string; port: string };
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
}
interface Deployment extends Manifest {
  spec: {
    replicas?: number;
    strategy: { rollingUpdate: object };
    selector: { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        terminationGracePeriodSeconds: number;
        securityContext: object;
        containers: {
          image: string;
          env: { name: string; value: string }[];
          ports: { name: string; containerPort: number }[];
          lifecycle?: { preStop: { exec: { command: string[] } } };
          livenessProbe: Probe;
          readinessProbe: Probe;
          startupProbe: Probe;
          resources: { requests: object; limits: object };
          securityContext: object;
        }[];
      };
    };
  };
}

const files = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');
const manifests = files.flatMap((name) =>
  parseAllDocuments(read(join(folder, name))).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as Manifest;
  }),
);
const ofKind = <Kind extends Manifest = Manifest>(kind: string) =>
  manifests.filter((manifest) => manifest.kind === kind) as Kind[];
const deployments = ofKind<Deployment>('Deployment');
const one = ({ spec }: Deployment) => {
  const [container, ...others] = spec.template.spec.containers;
  if (!container || others.length > 0) throw new Error('a pod has one container');
  return container;
};
const [configMap, secret] = [ofKind('ConfigMap')[0]?.data ?? {}, ofKind('Secret')[0]?.stringData ?? {}];

describe('the Kubernetes manifests', () => {
  it('are all named by the kustomization, except for the examples', () => {
    const { resources } = parse(read(join(folder, 'kustomization.yaml'))) as { resources: string[] };
    expect(resources.filter((name) => !existsSync(join(folder, name)))).toEqual([]);
    expect(files.filter((name) => !resources.includes(name))).toEqual([
      'podmonitor.example.yaml',
      'secret.example.yaml',
    ]);
  });

  it('set variables that the gateway reads, and each role starts from them', () => {
    expect(deployments.map(({ metadata }) => metadata.name)).toEqual(['skills-gateway-serve', 'skills-gateway-work']);
    for (const deployment of deployments) {
      const own = Object.fromEntries(one(deployment).env.map(({ name, value }) => [name, value]));
      const environment = { ...configMap, ...secret, ...own };
      expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]);
      const config = readConfig(environment, cards);
      const role = own['ROLES'];
      expect(config.roles).toEqual({ serve: role === 'serve', work: role === 'work' });
      // Both protocols: an IPv6 cluster's probes come over IPv6.
      expect(config.host).toBe('::');
      expect(config.port).toBe(one(deployment).ports[0]?.containerPort);
      expect(config.integrations.map(({ card }) => card)).toEqual(cards);
    }
  });

  it('probe paths that the gateway has, and give a stop the time that it takes', () => {
    for (const deployment of deployments) {
      const { livenessProbe, readinessProbe, startupProbe, lifecycle, ports } = one(deployment);
      expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)).toEqual([
        { path: '/health/live', port: ports[0]?.name },
        { path: '/health/live', port: ports[0]?.name },
        { path: '/health/ready', port: ports[0]?.name },
      ]);
      // A replica that is not ready is out of the rotation before it is told to stop.
      const before = Number(lifecycle?.preStop.exec.command[1] ?? 0);
      const grace = deployment.spec.template.spec.terminationGracePeriodSeconds;
      expect(grace).toBeGreaterThan(before + LONGEST_STOP_S);
      expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(30);
      expect(readinessProbe.periodSeconds * readinessProbe.failureThreshold).toBeLessThanOrEqual(5);
    }
    expect(one(deployments[0] as Deployment).lifecycle?.preStop.exec.command).toEqual(['sleep', '5']);
  });

  it('let nothing run as root, write to its files or gain rights, and bound its memory', () => {
    for (const deployment of deployments) {
      const { securityContext, resources } = one(deployment);
      expect(deployment.spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(resources).toMatchObject({
        requests: { cpu: expect.any(String), memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
    }
  });

  it('never take the last replica of a role away, and their selectors find the pods', () => {
    const labels = deployments.map(({ spec }) => spec.template.metadata.labels);
    const finds = (selector: Record<string, string>) =>
      labels.filter((label) => Object.entries(selector).every(([name, value]) => label[name] === value)).length;
    for (const { spec } of deployments) {
      expect(finds(spec.selector.matchLabels)).toBe(1);
      expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    }
    const budgets = ofKind('PodDisruptionBudget').map(
      ({ spec }) => spec as { minAvailable: number; selector: { matchLabels: Record<string, string> } },
    );
    expect(budgets.map(({ minAvailable, selector }) => [minAvailable, finds(selector.matchLabels)])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    const service = ofKind('Service')[0]?.spec as { selector: Record<string, string>; ports: { targetPort: string }[] };
    expect(labels.filter((label) => Object.entries(service.selector).every(([k, v]) => label[k] === v))).toEqual([
      deployments[0]?.spec.template.metadata.labels,
    ]);
    expect(service.ports[0]?.targetPort).toBe(one(deployments[0] as Deployment).ports[0]?.name);
    const policy = ofKind('NetworkPolicy')[0]?.spec as { podSelector: { matchLabels: Record<string, string> } };
    expect(finds(policy.podSelector.matchLabels)).toBe(2);
    const rules = ofKind('NetworkPolicy')[0]?.spec as
      { egress: { to?: { ipBlock?: { cidr: string } }[] }[] } | undefined;
    expect(rules?.egress.flatMap(({ to = [] }) => to.flatMap(({ ipBlock }) => ipBlock?.cidr ?? []))).toEqual([
      '0.0.0.0/0',
      '::/0',
    ]);
    const monitor = ofKind('PodMonitor')[0]?.spec as {
      selector: { matchLabels: Record<string, string> };
      podMetricsEndpoints: object[];
    };
    expect(finds(monitor.selector.matchLabels)).toBe(2);
    expect(monitor.podMetricsEndpoints).toMatchObject([
      { port: 'http', path: '/metrics', authorization: { type: 'Bearer' } },
    ]);
    expect(deployments.map((deployment) => one(deployment).ports.map(({ name }) => name))).toEqual([
      ['http'],
      ['http'],
    ]);
    const scaler = ofKind('HorizontalPodAutoscaler')[0]?.spec as {
      scaleTargetRef: { name: string };
      minReplicas: number;
    };
    const [serve, work] = deployments;
    expect(scaler).toMatchObject({ scaleTargetRef: { name: serve?.metadata.name }, minReplicas: 2 });
    // Else each apply would undo what the autoscaler did.
    expect([serve?.spec.replicas, work?.spec.replicas]).toEqual([undefined, 2]);
  });
});

describe('compose.yaml', () => {
  interface Service {
    environment?: Record<string, string>;
    command?: string[];
    deploy?: { replicas: number };
    ports?: string[];
    read_only?: boolean;
    healthcheck?: { test: string[] };
    stop_grace_period?: string;
    depends_on?: Record<string, { condition: string }>;
    image: string;
  }
  const { services, volumes } = parse(read(join(root, 'compose.yaml')), { merge: true }) as {
    services: Record<string, Service>;
    volumes: object;
  };
  const { serve, work, redis } = services;

  it('starts two that serve and one that works, from variables that the gateway reads', () => {
    expect(serve?.deploy).toEqual({ replicas: 2 });
    const roles = [serve, work].map((service) => {
      expect(Object.keys(service?.environment ?? {}).filter((name) => !known.has(name))).toEqual([]);
      return readConfig({ ...secret, HOST: '::', ...service?.environment }, cards).roles;
    });
    expect(roles).toEqual([
      { serve: true, work: false },
      { serve: false, work: true },
    ]);
    expect(serve?.ports).toEqual(['127.0.0.1:4000-4001:4000']);
  });

  it('waits for a Redis that neither evicts nor forgets', () => {
    const settings = redis?.command ?? [];
    const setting = (name: string) => settings[settings.indexOf(name) + 1];
    expect(setting('--appendonly')).toBe('yes');
    expect(setting('--maxmemory-policy')).toBe('noeviction');
    expect(redis?.image).toMatch(/^redis:7/);
    expect(redis?.healthcheck?.test).toEqual(['CMD', 'redis-cli', 'ping']);
    expect(Object.keys(volumes)).toEqual(['redis']);
    expect([serve, work].map((service) => service?.depends_on)).toEqual(
      Array.from({ length: 2 }, () => ({ redis: { condition: 'service_healthy' } })),
    );
  });

  it('lets the gateway write nowhere, and gives a stop the time that it takes', () => {
    for (const service of [serve, work]) {
      expect(service?.read_only).toBe(true);
      expect(Number.parseInt(service?.stop_grace_period ?? '', 10)).toBeGreaterThan(LONGEST_STOP_S);
      expect(service?.healthcheck?.test.join(' ')).toContain('/health/ready');
    }
  });
});
