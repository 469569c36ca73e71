/** The simulated probes outside of the HR data (kombo.md#administration). */
import { jsonResponse, type SimResponse } from '../../../src/simulator/simulator.ts';
import { SIMULATED } from './credentials.ts';
import { komboId } from './ids.ts';
import { Refusal } from './refusal.ts';
import type { Switches } from './switches.ts';

export function checkApiKey(): SimResponse {
  const id = komboId('environment');
  return jsonResponse(200, { status: 'success', data: { environment_id: id, customer_id: id } });
}

/** An integration with its capabilities; the ids of skills models are those of the webhooks (kombo.md#webhooks). */
export function showIntegration(id: string, switches: Switches): SimResponse {
  if (id !== SIMULATED.integrationId) {
    throw new Refusal(404, 'PLATFORM.INTEGRATION_NOT_FOUND', 'There is no such integration.');
  }
  const coverage = (name: string, label: string, isOffered = true) => ({
    id: name,
    label,
    is_available: isOffered,
    coverage_status: isOffered ? 'SUPPORTED' : 'UNSUPPORTED',
    scope_config_setting: 'ENABLED',
    opted_out_by_customer: false,
    fields: [],
  });
  const hasData = switches.setupState === 'READY' || switches.setupState === 'INACTIVE';
  return jsonResponse(200, {
    status: 'success',
    data: {
      id,
      tool: {
        id: 'sandbox',
        label: 'Kombo Sandbox',
        internal_label: null,
        logo_url: 'https://example.test/sandbox.svg',
        icon_url: 'https://example.test/sandbox.svg',
      },
      category: 'HRIS',
      status: switches.setupState === 'INACTIVE' ? 'INACTIVE' : 'ACTIVE',
      setup_status: setupStatus(switches, hasData),
      end_user: { organization_name: 'Example Group', creator_email: null, origin_id: null },
      scope_config: { id: komboId('scope'), name: 'Default' },
      data_expired_at: null,
      created_at: '2026-01-05T06:00:00.000Z',
      beta: false,
      read_models: [
        coverage('hris_employees', 'Employees'),
        coverage('hris_skills', 'Skills', switches.skillsEndpoint === 'on'),
        coverage('hris_employee_skill_proficiency_ratings', 'Skill proficiency ratings'),
      ],
      write_actions: [
        coverage('hris_create_employee', 'Create employee'),
        coverage('hris_update_employee', 'Update employee', switches.employeePatch === 'on'),
      ],
    },
  });
}

function setupStatus({ setupState }: Switches, hasData: boolean): string {
  if (hasData) return 'COMPLETED';
  return setupState === 'SETUP_INCOMPLETE' ? 'INCOMPLETE' : 'FINAL_SYNC_PENDING';
}
