/** Fleet pipelines: which blocks they read, the engine over chunks of time, and what they write. */
@NullMarked
package io.drme.cloud.job;

import org.jspecify.annotations.NullMarked;
