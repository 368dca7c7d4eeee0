@NullMarked
package io.drme.cloud.job;

import org.jspecify.annotations.NullMarked;
