package io.drme.cloud.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectTest {
    private static final Set<String> TABLES = Set.of("latest");

    // Each of them holds a thread or the heap for as long as its writer likes.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "select replace(tag, 'a', 'aaaaaaaa') from latest",
                "select 1 from latest where tag like '%a%a%a%'",
                "select 1 from latest where tag like unit",
                "select 1 from latest where tag not like ('%')",
                "select 1 from latest where tag like '%a' || '%b%c%'",
                "select 1 from latest where tag like",
                "select 1 from latest where tag similar to 'a'",
                "select a||a||a||a||a||a||a||a||a||a||a||a from latest",
                "select concat(a, a, a, a, a, a, concat(a, a, a, a, a, a, a)) from latest",
                "select concat_ws(',', a, a, a, a, a, a) || concat(a, a, a, a, a, a) from latest"
            })
    void whatGrowsIsRefused(String sql) {
        assertThatThrownBy(() -> Select.of(sql, TABLES)).isInstanceOf(RefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1 from latest where tag like '%a%b%' escape '!' and unit not like '_'",
                "select gateway || '/' || device || '/' || tag, concat(a, abs(mod(1, 2))) from latest",
                "select a, a, a, a, a, a, a, a, a, a, a, a, a, a from latest"
            })
    void whatDoesNotPasses(String sql) throws Exception {
        assertThat(Select.of(sql, TABLES).tables()).containsExactly("latest");
    }
}
