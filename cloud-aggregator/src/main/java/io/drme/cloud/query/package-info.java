/** Answers about the fleet: latest values, history, roll-ups, gaps, alarms, gateways, accounts. */
@NullMarked
package io.drme.cloud.query;

import org.jspecify.annotations.NullMarked;
