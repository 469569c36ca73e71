/** The operations that the vendor has and the simulator does not play (kombo.md#simulator). */

const ID = '[^/]+';

const NOT_SIMULATED: readonly (readonly [method: string, path: string])[] = [
  ['POST', '/force-sync'],
  ['POST', `/passthrough/${ID}/${ID}`],
  ['DELETE', `/integrations/${ID}`],
  ['PUT', `/integrations/${ID}/enabled`],
  ['POST', `/integrations/${ID}/(relink|setup-link)`],
  ['GET', `/integrations/${ID}/(integration-fields|custom-fields)`],
  ['PATCH', `/integrations/${ID}/integration-fields/${ID}`],
  ['PUT', `/integrations/${ID}/custom-fields/${ID}`],
  ['GET', `/tools/${ID}`],
  ['POST', `/hris/provisioning-groups/${ID}/(diff|setup-links)`],
  ['POST', `/hris/employees/${ID}/attachments`],
  ['GET', '/hris/employees/form'],
  ['POST', '/hris/employees/form'],
  ['GET', '/hris/(teams|groups|employments|locations|legal-entities|staffing-entity-skills)'],
  ['POST', `/hris/(staffing-entity-skills|staffing-entities/${ID}/skills)`],
  ['GET', '/hris/(absence-types|time-off-balances|absences)'],
  ['POST', '/hris/absences'],
  ['DELETE', `/hris/absences/${ID}`],
  ['(PATCH|DELETE)', `/hris/skills/${ID}`],
  ['GET', '/hris/employee-skill-assignments'],
  ['(PATCH|DELETE)', `/hris/employee-skill-assignments/${ID}`],
  ['GET', '/ats/(applications|candidates|tags|application-stages|jobs|users)'],
  ['PUT', `/ats/applications/${ID}/stage`],
  ['POST', `/ats/applications/${ID}/(result-links|notes|attachments)`],
  ['POST', '/ats/candidates'],
  ['PATCH', `/ats/candidates/${ID}`],
  ['POST', `/ats/candidates/${ID}/(attachments|result-links|tags)`],
  ['DELETE', `/ats/candidates/${ID}/tags`],
  ['POST', `/ats/jobs/${ID}/applications`],
  ['(GET|PUT)', '/assessment/packages'],
  ['GET', '/assessment/orders/open'],
  ['PUT', `/assessment/orders/${ID}/result`],
  ['POST', '/connect/(create-link|activate-integration)'],
  ['GET', `/connect/integration-by-token/${ID}`],
  ['POST', '/custom/datev/passthrough'],
  ['PUT', `/custom/datev/employees/${ID}/(prepare-payroll|compensations)`],
  ['GET', '/custom/datev/data-pushes'],
  ['POST', '/custom/datev/push-data/(general|payroll)'],
  ['POST', `/custom/silae/employees/${ID}/payroll-supplements`],
];

const PATTERN = new RegExp(`^(${NOT_SIMULATED.map(([method, path]) => `${method} ${path}`).join('|')})$`);

/** Whether the vendor has the operation although the simulator does not play it; `path` is without the version. */
export function isOperationOfVendor(method: string, path: string): boolean {
  return PATTERN.test(`${method} ${path}`);
}
