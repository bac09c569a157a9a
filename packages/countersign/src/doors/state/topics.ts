/** What changes under which name, for those who wait. The id of a request is the topic of that request; the gate uses it too. */

/** Requests of one person, however they were asked. */
export const requestsOf = (person: string): string => `state-requests/${person}`
