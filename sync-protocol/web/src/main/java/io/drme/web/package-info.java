/**
 * What the REST interfaces and pages of the agent and the centre share: routes with a rule each,
 * problem+json, paging, users and sessions, OpenAPI, the live feed, and the parts of pages.
 */
@NullMarked
package io.drme.web;

import org.jspecify.annotations.NullMarked;
