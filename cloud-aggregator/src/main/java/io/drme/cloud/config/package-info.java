/** cloud.yaml: records, defaults and checks. */
@NullMarked
package io.drme.cloud.config;

import org.jspecify.annotations.NullMarked;
