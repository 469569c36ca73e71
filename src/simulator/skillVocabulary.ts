/**
 * The names of the fictional workforce's skills: several hundred real ones, and a vocabulary that composes as many more as a
 * large workforce needs, each as a company would write it.
 */

export type SkillCategory = 'Tool' | 'Technical Skill' | 'Language' | 'Certification';

export interface NamedSkill {
  name: string;
  synonyms?: readonly string[];
}

export interface SkillFamily {
  domain: string;
  subdomain: string;
  cluster: string;
  category: SkillCategory;
  skills: readonly [NamedSkill, ...NamedSkill[]];
}

/** Skills from their names with commas between; synonyms follow after `=`. */
function named(text: string): [NamedSkill, ...NamedSkill[]] {
  const skills = text.split(',').map((entry): NamedSkill => {
    const [name = '', ...synonyms] = entry.split('=').map((part) => part.trim());
    return synonyms.length === 0 ? { name } : { name, synonyms };
  });
  return skills as [NamedSkill, ...NamedSkill[]];
}

/** The first dozen skills exist in every system; C, C++ and C# are neighbours on purpose. */
const CORE: readonly [SkillFamily, ...SkillFamily[]] = [
  {
    domain: 'Information Technology',
    subdomain: 'Software Engineering',
    cluster: 'Programming',
    category: 'Technical Skill',
    skills: named(
      `TypeScript = TS, GraphQL, JavaScript = JS = ECMAScript, Python, C, C++ = CPP, C# = C Sharp, Go = Golang,
       Java, Rust, SQL, Kotlin, Swift, Ruby, PHP, Scala, Elixir, Haskell, R, Bash`,
    ),
  },
  {
    domain: 'Information Technology',
    subdomain: 'Infrastructure',
    cluster: 'Cloud',
    category: 'Tool',
    skills: named(
      `Kubernetes = K8s, PostgreSQL = Postgres, Docker, Terraform, Ansible, Redis, Kafka, Linux, Prometheus, Grafana, Nginx,
       Helm`,
    ),
  },
  {
    domain: 'Information Technology',
    subdomain: 'Data',
    cluster: 'Analytics',
    category: 'Technical Skill',
    skills: named(
      `Machine Learning, Data Modelling, Statistics, Data Visualisation, ETL, Spark, Pandas, dbt, Airflow,
       Natural Language Processing, Computer Vision, A/B Testing`,
    ),
  },
  {
    domain: 'Business',
    subdomain: 'Delivery',
    cluster: 'Project Management',
    category: 'Technical Skill',
    skills: named(
      `Project Management, Scrum, Kanban, Stakeholder Management, Risk Management, Budgeting, Negotiation, Facilitation,
       Requirements Engineering, Change Management, Resource Planning, Procurement`,
    ),
  },
  {
    domain: 'Business',
    subdomain: 'Communication',
    cluster: 'Languages',
    category: 'Language',
    skills: named('English, French, German, Spanish, Italian, Portuguese, Hindi, Mandarin, Japanese, Turkish'),
  },
  {
    domain: 'Business',
    subdomain: 'Credentials',
    cluster: 'Certificates',
    category: 'Certification',
    skills: named(
      `First Aid, Fire Safety, Project Management Professional, Certified Scrum Master, ISO 27001 Lead Auditor,
       Cloud Practitioner, Forklift Licence, Data Protection Officer`,
    ),
  },
  {
    domain: 'Design',
    subdomain: 'Product Design',
    cluster: 'User Experience',
    category: 'Tool',
    skills: named(
      `Figma, Prototyping, Usability Testing, Information Architecture, Interaction Design, Typography, Accessibility,
       Design Systems, User Research, Illustration`,
    ),
  },
];

/** What larger catalogues have besides, taken from these families in turn. */
const FURTHER: readonly [SkillFamily, ...SkillFamily[]] = [
  {
    domain: 'Information Technology',
    subdomain: 'Software Engineering',
    cluster: 'Web Frameworks',
    category: 'Tool',
    skills: named(
      `React, Node.js, Next.js, Vue.js, Angular, Svelte, Spring Boot, Django, Ruby on Rails, ASP.NET Core, FastAPI, Express,
       NestJS, Flutter, React Native, Laravel, Quarkus, Tailwind CSS, HTML, CSS, WebAssembly, gRPC`,
    ),
  },
  {
    domain: 'Business',
    subdomain: 'Finance',
    cluster: 'Accounting and Control',
    category: 'Technical Skill',
    skills: named(
      `Financial Reporting, IFRS, Cost Accounting, Cash Flow Forecasting, Accounts Payable, Accounts Receivable, Tax Compliance,
       Financial Modelling, Internal Audit, Treasury Management, Consolidation, US GAAP, Transfer Pricing, Payroll Accounting,
       Credit Risk Analysis, Management Accounting, Fixed Asset Accounting, VAT, Investor Relations, Revenue Recognition,
       Mergers and Acquisitions, Valuation`,
    ),
  },
  {
    domain: 'Health',
    subdomain: 'Clinical Practice',
    cluster: 'Patient Care',
    category: 'Technical Skill',
    skills: named(
      `Occupational Health, Triage, Wound Care, Medication Management, Infection Control, Patient Assessment, Phlebotomy,
       Ergonomics, Mental Health First Aid, Vaccination, Electronic Health Records, Care Planning, Physiotherapy, Nutrition Counselling,
       Good Clinical Practice, Medical Coding, Palliative Care, Radiology, Health Data Standards = HL7, Epidemiology,
       Clinical Trials, Pharmacovigilance`,
    ),
  },
  {
    domain: 'Business',
    subdomain: 'Sales',
    cluster: 'Sales and Accounts',
    category: 'Technical Skill',
    skills: named(
      `Account Management, Consultative Selling, Pipeline Management, Contract Negotiation, Salesforce, HubSpot, Sales Forecasting,
       Lead Qualification, Tender Management, Key Account Planning, Channel Sales, Pricing Strategy, Product Demonstrations,
       Customer Retention, Cold Calling, Territory Planning, Sales Enablement, Upselling, Public Sector Sales, Deal Desk`,
    ),
  },
  {
    domain: 'Information Technology',
    subdomain: 'Data',
    cluster: 'Data Engineering',
    category: 'Tool',
    skills: named(
      `Snowflake, BigQuery, Databricks, Power BI, Tableau, Looker, Apache Flink, Delta Lake, ClickHouse, Elasticsearch, DuckDB,
       Apache Iceberg, Data Quality, Data Governance, Master Data Management, Feature Engineering, Time Series Forecasting,
       Deep Learning, PyTorch, Prompt Engineering, Recommender Systems, Experiment Design`,
    ),
  },
  {
    domain: 'Business',
    subdomain: 'People',
    cluster: 'Human Resources',
    category: 'Technical Skill',
    skills: named(
      `Recruiting, Employer Branding, Onboarding, Labour Law, Compensation and Benefits, Performance Management, Succession Planning,
       Workforce Planning, Coaching, Conflict Resolution, Employee Relations, Learning Design, Diversity and Inclusion,
       People Analytics, Job Evaluation, Works Council Relations, Payroll, Talent Sourcing, Interviewing, Mentoring`,
    ),
  },
  {
    domain: 'Information Technology',
    subdomain: 'Security',
    cluster: 'Information Security',
    category: 'Technical Skill',
    skills: named(
      `Penetration Testing, Threat Modelling, Incident Response, Identity and Access Management, Cryptography, Secure Code Review,
       Network Security, Vulnerability Management, Security Operations, OAuth 2.0, OpenID Connect, Zero Trust Architecture,
       Digital Forensics, Malware Analysis, Security Awareness, SIEM, Red Teaming, Cloud Security, PCI DSS, SOC 2`,
    ),
  },
  {
    domain: 'Business',
    subdomain: 'Marketing',
    cluster: 'Marketing',
    category: 'Technical Skill',
    skills: named(
      `Content Strategy, Search Engine Optimisation = SEO, Copywriting, Brand Management, Email Marketing, Market Research,
       Social Media Management, Campaign Planning, Google Analytics, Marketing Automation, Event Management, Public Relations,
       Storytelling, Video Production, Photography, Product Marketing, Affiliate Marketing, Customer Segmentation,
       Conversion Optimisation, Press Relations`,
    ),
  },
  {
    domain: 'Business',
    subdomain: 'Operations',
    cluster: 'Supply Chain',
    category: 'Technical Skill',
    skills: named(
      `Demand Planning, Inventory Management, Lean Manufacturing, Six Sigma, Warehouse Management, Route Planning, Import and Export,
       Quality Management, Supplier Management, Production Planning, SAP S/4HANA, Process Mapping, Continuous Improvement,
       Customs Clearance, Fleet Management, Maintenance Planning, Facility Management, Business Continuity, Vendor Assessment,
       Dangerous Goods`,
    ),
  },
  {
    domain: 'Business',
    subdomain: 'Legal',
    cluster: 'Law and Compliance',
    category: 'Technical Skill',
    skills: named(
      `Contract Law, GDPR, Intellectual Property, Employment Law, Corporate Governance, Anti-Money Laundering, Export Control,
       Litigation, Legal Research, Competition Law, Licensing, Data Processing Agreements, Regulatory Affairs, Trade Law,
       Contract Drafting, Compliance Training, Whistleblowing Procedures, Arbitration, Insurance Law, Public Procurement Law`,
    ),
  },
  {
    domain: 'Design',
    subdomain: 'Visual Design',
    cluster: 'Visual Design',
    category: 'Tool',
    skills: named(
      `Adobe Photoshop, Adobe Illustrator, Motion Graphics, Iconography, Colour Theory, Brand Identity, Layout Design, Sketching,
       3D Modelling, Blender, Service Design, Design Thinking, Journey Mapping, Wireframing, Visual Storytelling, UX Writing,
       Sound Design, Exhibition Design, Packaging Design, Design Critique`,
    ),
  },
  {
    domain: 'Information Technology',
    subdomain: 'Infrastructure',
    cluster: 'Platform Engineering',
    category: 'Tool',
    skills: named(
      `Amazon Web Services = AWS, Microsoft Azure, Google Cloud = GCP, GitHub Actions, GitLab CI, Argo CD, Istio, OpenTelemetry,
       RabbitMQ, MongoDB, MySQL, Cassandra, Vault, Pulumi, Jenkins, Site Reliability Engineering, Capacity Planning,
       Disaster Recovery, Load Testing, Network Administration, Windows Server, VMware`,
    ),
  },
  {
    domain: 'Business',
    subdomain: 'Communication',
    cluster: 'Further Languages',
    category: 'Language',
    skills: named(
      `Dutch, Polish, Swedish, Arabic, Korean, Czech, Romanian, Greek, Danish, Finnish, Norwegian, Hungarian, Ukrainian, Hebrew,
       Vietnamese, Thai, Bengali, Tamil, Urdu, Swahili, Catalan, British Sign Language`,
    ),
  },
  {
    domain: 'Business',
    subdomain: 'Communication',
    cluster: 'Collaboration',
    category: 'Technical Skill',
    skills: named(
      `Presentation Skills, Technical Writing, Public Speaking, Active Listening, Team Leadership, Time Management, Problem Solving,
       Critical Thinking, Workshop Moderation, Intercultural Communication, Giving Feedback, Delegation, Decision Making,
       Customer Service, Remote Collaboration, Systems Thinking, Note Taking, Crisis Communication, Objectives and Key Results,
       Executive Briefing`,
    ),
  },
  {
    domain: 'Business',
    subdomain: 'Consulting',
    cluster: 'Consulting',
    category: 'Technical Skill',
    skills: named(
      `Business Analysis, Business Process Modelling, Operating Model Design, Due Diligence, Benchmarking, Programme Management,
       Digital Transformation, Enterprise Architecture, Business Case Development, Market Entry Strategy, Cost Reduction,
       Post-Merger Integration, Client Relationship Management, Proposal Writing, Scenario Planning, Organisational Design,
       Portfolio Management, Benefits Realisation, Design Sprints, PRINCE2`,
    ),
  },
  {
    domain: 'Business',
    subdomain: 'Credentials',
    cluster: 'Further Certificates',
    category: 'Certification',
    skills: named(
      `AWS Solutions Architect, Certified Kubernetes Administrator, CISSP, ITIL Foundation, Chartered Accountant, SHRM Certified Professional,
       Six Sigma Green Belt, TOGAF Certification, Certified Public Accountant, Working at Height, Electrical Safety, Crane Operation,
       Food Hygiene, Registered Nurse, Chartered Financial Analyst, Azure Administrator, PRINCE2 Practitioner, CISM,
       Professional Scrum Product Owner, Emergency Evacuation`,
    ),
  },
  {
    domain: 'Information Technology',
    subdomain: 'Quality and Support',
    cluster: 'Quality and Support',
    category: 'Technical Skill',
    skills: named(
      `Test Automation, Playwright, Selenium, Exploratory Testing, Performance Testing, Jira, Confluence, ServiceNow, Zendesk,
       Root Cause Analysis, Knowledge Management, Service Level Management, Debugging, API Design, Domain-Driven Design,
       Code Review, Pair Programming, Git, Microservices, Event-Driven Architecture, Legacy Modernisation, Release Management`,
    ),
  },
];

/** A real name with the family that it belongs to. */
export interface KnownSkill {
  family: SkillFamily;
  skill: NamedSkill;
}

/** All real names: the core's in its order, then the others' in turn, so that a small catalogue has some of each. */
export const KNOWN_SKILLS: readonly KnownSkill[] = [
  ...CORE.flatMap((family) => family.skills.map((skill) => ({ family, skill }))),
  ...inTurn(FURTHER),
];

function* inTurn(families: readonly SkillFamily[]): Iterable<KnownSkill> {
  const longest = Math.max(...families.map(({ skills }) => skills.length));
  for (let turn = 0; turn < longest; turn += 1) {
    for (const family of families) {
      const skill = family.skills[turn];
      if (skill) yield { family, skill };
    }
  }
}

/** What is done, by the family that it belongs to; with a field of `FIELDS` it makes one more skill. */
const PRACTICES: Readonly<Record<string, readonly string[]>> = {
  'Accounting and Control': ['Cost Analysis', 'Budget Planning', 'Audit Preparation', 'Financial Planning'],
  'Patient Care': ['Health Education', 'Clinical Documentation', 'Health Risk Assessment'],
  'Sales and Accounts': ['Solution Selling', 'Account Planning', 'Bid Writing'],
  'Data Engineering': ['Predictive Modelling', 'Data Pipelines', 'Reporting', 'Forecasting'],
  'Human Resources': ['Skills Assessment', 'Training Delivery', 'Recruitment Campaigns'],
  'Information Security': ['Security Assessment', 'Access Reviews', 'Compliance Monitoring'],
  Marketing: ['Market Analysis', 'Campaign Design', 'Community Building'],
  'Supply Chain': ['Logistics Planning', 'Supplier Audits', 'Process Optimisation', 'Quality Inspection'],
  'Law and Compliance': ['Contract Review', 'Regulatory Reporting', 'Policy Drafting'],
  'Visual Design': ['Concept Design', 'Interface Design'],
  'Platform Engineering': ['Systems Integration', 'Cloud Migration', 'Platform Operations'],
  Consulting: ['Process Consulting', 'Strategy Development', 'Maturity Assessment', 'Service Blueprinting'],
  'Quality and Support': ['Acceptance Testing', 'Technical Support', 'Simulation'],
};

const FIELDS: readonly string[] = [
  'Retail Banking',
  'Automotive',
  'Aerospace',
  'Energy Grids',
  'Hospitals',
  'Public Transport',
  'Insurance',
  'Telecommunications',
  'Pharmaceuticals',
  'E-Commerce',
  'Higher Education',
  'Logistics Hubs',
  'Hospitality',
  'Renewable Energy',
  'Local Government',
  'Food Production',
  'Semiconductors',
  'Construction',
  'Shipping',
  'Media',
  'Agriculture',
  'Medical Devices',
  'Water Utilities',
  'Payments',
  'Real Estate',
  'Gaming',
  'Airports',
  'Chemicals',
  'Mining',
  'Rail',
  'Textiles',
  'Non-Profits',
  'Publishing',
  'Waste Management',
  'Mobile Networks',
  'Capital Markets',
  'Museums',
  'Forestry',
  'Satellites',
  'Robotics',
];

/** How far it goes, or for whom: only very large catalogues tell these apart. */
const KINDS: readonly string[] = [
  '',
  'Advanced ',
  'International ',
  'Strategic ',
  'Applied ',
  'Regional ',
  'Sustainable ',
  'Agile ',
  'Enterprise ',
  'Digital ',
  'Cross-Border ',
  'Automated ',
];

const COMPOSED = Object.entries(PRACTICES).flatMap(([cluster, practices]) =>
  practices.map((practice) => ({
    practice,
    family: FURTHER.find((family) => family.cluster === cluster) ?? FURTHER[0],
  })),
);

/** So many practices further on with each next field: neighbours in the catalogue then share neither. */
const STRIDE = 17;

/** Another believable name for each number from 0 on, e.g. `Cost Analysis for Retail Banking`; some 20,000, then they are numbered by edition. */
export function composedSkill(number: number): KnownSkill {
  const pairs = COMPOSED.length * FIELDS.length;
  const pair = number % pairs;
  const { practice, family } = COMPOSED[(pair * STRIDE) % COMPOSED.length] as (typeof COMPOSED)[number];
  const field = FIELDS[Math.floor(pair / COMPOSED.length)] ?? '';
  const round = Math.floor(number / pairs);
  const edition = Math.floor(round / KINDS.length);
  const kind = KINDS[round % KINDS.length] ?? '';
  const suffix = edition === 0 ? '' : `, Edition ${edition + 1}`;
  return { family, skill: { name: `${kind}${practice} for ${field}${suffix}` } };
}
