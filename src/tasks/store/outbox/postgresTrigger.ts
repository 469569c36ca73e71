/**
 * Notes a delivery for each receiver of the task's tenant (`receiverKey.ts`) in the very statement that changes a task, so that none is lost. One that waits keeps
 * when it is due: it may be under way, or the receiver may be ill. One given up has a reason to be tried again.
 */
export const ARM_DELIVERIES = `
CREATE OR REPLACE FUNCTION gateway.arm_deliveries () RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
  INSERT INTO gateway.webhook_delivery AS d (receiver, task_id, tenant, revision, due_at, since)
  SELECT r.name, NEW.id, NEW.tenant, NEW.revision, NEW.changed_at, NEW.changed_at FROM gateway.webhook_receiver AS r
  WHERE CASE strpos(r.name, ' ') WHEN 0 THEN 'default' ELSE split_part(r.name, ' ', 1) END = NEW.tenant
  ON CONFLICT (receiver, task_id) DO UPDATE SET
    revision = excluded.revision,
    state = 'PENDING',
    attempts = CASE d.state WHEN 'DEAD' THEN 0 ELSE d.attempts END,
    due_at = CASE d.state WHEN 'DEAD' THEN excluded.due_at ELSE d.due_at END;
  RETURN NULL;
END $function$;
CREATE OR REPLACE TRIGGER arm_deliveries AFTER INSERT OR UPDATE OF revision ON gateway.task
  FOR EACH ROW EXECUTE FUNCTION gateway.arm_deliveries ()`;
