@NullMarked
package io.drme.web;

import org.jspecify.annotations.NullMarked;
