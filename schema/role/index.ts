import './careerPath.ts';
import './employeeRole.ts';
import './jobProfile.ts';
import './jobProfiles.ts';
import './skillGap.ts';
