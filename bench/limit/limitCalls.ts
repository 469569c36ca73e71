/** The limit's calls: the same as the gateway's, each answer parsed once and believed as it is. */
import { Pool } from 'undici';

export interface RawKomboRating {
  id: string;
  employee_id: string;
  skill_id: string;
  proficiency: null | { type: 'NUMERIC'; value: number } | { type: 'SINGLE_SELECT'; selected_option_id: string };
  rating_source: string;
  changed_at: string;
}

export interface RawImochaSkill {
  skill: { skillId: number; modifiedOn: string };
  selfValidationScore: number | null;
  managerValidationScore: number | null;
  iMochaValidationScore: number | null;
  multiRaterValidationScore: number | null;
  weightedAIInferenceScore: number | null;
  weightedProficiencyScore: number | null;
}

export interface RawMembership {
  id: string;
  user_id: string;
  skill_id: string;
  level: number;
  max_level: number;
  updated_at: string;
}

/** As many connections as the gateway's pools have for reads. */
const CONNECTIONS = 10;

type Get = (path: string) => Promise<unknown>;

function getter(baseUrl: string, headers: Record<string, string>): Get {
  const { origin, pathname } = new URL(baseUrl);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const prefix = pathname.replace(/\/$/, '');
  return async (path) => (await pool.request({ method: 'GET', path: prefix + path, headers })).body.json();
}

export interface LimitCalls {
  kombo(ids: readonly string[]): Promise<RawKomboRating[]>;
  imocha(id: string): Promise<RawImochaSkill[]>;
  kantata(ids: readonly string[]): Promise<RawMembership[]>;
}

export function createCalls(environment: Record<string, string | undefined>): LimitCalls {
  const read = (name: string) => environment[name] ?? '';
  const kombo = getter(read('KOMBO_BASE_URL'), {
    authorization: `Bearer ${read('KOMBO_API_KEY')}`,
    'x-integration-id': read('KOMBO_INTEGRATION_ID'),
  });
  const imocha = getter(read('IMOCHA_BASE_URL'), { 'x-api-key': read('IMOCHA_API_KEY') });
  const kantata = getter(read('KANTATA_BASE_URL'), { authorization: `Bearer ${read('KANTATA_TOKEN')}` });
  return {
    async kombo(ids) {
      const rows: RawKomboRating[] = [];
      const path = `/hris/skill-proficiency-ratings?employee_ids=${ids.join('%2C')}&page_size=250`;
      for (let cursor: string | null = ''; cursor !== null;) {
        const page = (await kombo(cursor === '' ? path : `${path}&cursor=${encodeURIComponent(cursor)}`)) as {
          data: { results: RawKomboRating[]; next: string | null };
        };
        rows.push(...page.data.results);
        cursor = page.data.next;
      }
      return rows;
    },
    async imocha(id) {
      return ((await imocha(`/employees/${id}/skills-profile`)) as { skills: RawImochaSkill[] }).skills;
    },
    async kantata(ids) {
      const page = async (number: number) => {
        const path = `/skill_memberships?user_ids=${ids.join('%2C')}&include=skill%2Cuser&order=created_at%3Aasc`;
        return (await kantata(`${path}&page=${number}&per_page=200`)) as {
          results: { id: string }[];
          meta: { page_count: number };
          skill_memberships: Record<string, RawMembership>;
        };
      };
      const first = await page(1);
      const others = Array.from({ length: first.meta.page_count - 1 }, (_, index) => page(index + 2));
      return [first, ...(await Promise.all(others))].flatMap(({ results, skill_memberships: memberships }) =>
        results.flatMap(({ id }) => memberships[id] ?? []),
      );
    },
  };
}
