import './delivery.ts';
import './queries.ts';
import './redeliverWebhook.ts';
