/** What the simulator accepts (kombo.md#authentication); it speaks for the vendor's built-in sandbox tool. */
export const SIMULATED = {
  apiKey: 'ks_dev_simulator',
  integrationId: 'sandbox:SkillsSimulator000000001',
} as const;
