/**
 * How resolvers ask providers. A request's loaders collect what is asked at the same moment, put it to every integration
 * at once, and answer with what was said and how each integration took part (`sources`). They wait no longer than the
 * request's deadline, and reject only when the client has gone: a provider that fails or is late leaves a named gap.
 *
 * Loaders keep nothing between requests. What outlives one (readers, their caches, the overlay of recent writes) is in
 * `readers/`. They know nothing of GraphQL, and write nothing.
 */
import type { Directory } from '../directory/directory.ts';
import type { SkillSearch } from '../directory/search/skillSearch.ts';
import { awaitFirstSync } from './awaitFirstSync.ts';
import type { ConsensusPolicies, Policies } from './consensusPolicies.ts';
import { createHoldersOfSkill, type HoldersOfSkill } from './holdersOfSkill.ts';
import { createRatingById, type RatingById } from './ratingById.ts';
import type { RatingReader } from './readers/employeeRatingReader.ts';
import type { RoleReads } from './readers/roleReader.ts';
import { requestCall, type LoaderRequest, type RequestCall } from './requestCall.ts';
import type { RolesCatalogue } from './rolesCatalogue.ts';
import { RolesOfEmployee } from './rolesOfEmployee.ts';
import { createSkillsOfEmployee, type SkillsOfEmployee } from './skillsOfEmployee.ts';

/** What the loaders of all requests of a tenant read from. */
export interface LoaderSources {
  directory: Directory;
  readers: ReadonlyMap<string, RatingReader>;
  policies: ConsensusPolicies;
  skillSearch: SkillSearch;
  rolesCatalogue: RolesCatalogue;
  roleReads: RoleReads;
}

/** The loaders of one request, each made when it is first used: most requests need one of them or none. */
export class Loaders {
  readonly #sources: LoaderSources;
  readonly #request: LoaderRequest;
  #call: RequestCall | undefined;
  #skillsOfEmployee: SkillsOfEmployee | undefined;
  #holdersOfSkill: HoldersOfSkill | undefined;
  #policies: Policies | undefined;
  #ratingById: RatingById | undefined;
  #roles: RolesOfEmployee | undefined;

  constructor(sources: LoaderSources, request: LoaderRequest) {
    this.#sources = sources;
    this.#request = request;
  }

  get skillSearch(): SkillSearch {
    return this.#sources.skillSearch;
  }

  get skillsOfEmployee(): SkillsOfEmployee {
    return (this.#skillsOfEmployee ??= createSkillsOfEmployee(this.#ratingSources()));
  }

  get holdersOfSkill(): HoldersOfSkill {
    return (this.#holdersOfSkill ??= createHoldersOfSkill(this.#ratingSources()));
  }

  get policies(): Policies {
    return (this.#policies ??= this.#sources.policies.forRequest(this.#request.deadline));
  }

  get ratingById(): RatingById {
    return (this.#ratingById ??= createRatingById(this.#ratingSources()));
  }

  get roles(): RolesOfEmployee {
    const { directory, rolesCatalogue: catalogue, roleReads } = this.#sources;
    return (this.#roles ??= new RolesOfEmployee({ directory, catalogue, roleReads, call: this.#requestCall() }));
  }

  /** What `find` finds in the directory; where it finds nothing, again after the first full syncs. */
  afterFirstSync<T>(find: () => T | null): T | null | Promise<T | null> {
    return awaitFirstSync(this.#sources.directory, find, this.#request.deadline);
  }

  #ratingSources() {
    const { directory, readers } = this.#sources;
    return { directory, readers, call: this.#requestCall() };
  }

  #requestCall(): RequestCall {
    return (this.#call ??= requestCall(this.#request));
  }
}
