# Reference values of R's survey for scores, from a design with strata, clusters, weights and
# missing answers, and from one raked to margins. Needs r-cran-survey and r-cran-jsonlite:
#   Rscript make_values.R > values.json
suppressMessages({library(survey); library(jsonlite)})
set.seed(20260301)
n <- 240
branch <- sample(1:24, n, replace = TRUE)
d <- data.frame(
  id = seq_len(n), branch = branch, coast = c("coast", "hills", "isle")[(branch - 1) %/% 8 + 1],
  bank = sample(c("A", "B", "C"), n, replace = TRUE, prob = c(.5, .35, .15)),
  sex = sample(c("f", "m"), n, replace = TRUE, prob = c(.6, .4)),
  age = sample(c("old", "young"), n, replace = TRUE), w = round(exp(rnorm(n, 0, .4)), 3)
)
d$sat <- pmin(10, pmax(0, round(7 + rnorm(24)[branch] + 1.6 * rnorm(n))))
d$sat[sample(n, 14)] <- NA

scores <- function(design) {
  by <- function(formula) {
    s <- svyby(formula, ~bank, design, svymean, na.rm = TRUE)
    list(estimate = unname(s[, 2]), std_error = unname(s[, 3]))
  }
  list(
    mean = by(~sat), top2 = by(~I(as.numeric(sat >= 9))),
    nps = by(~I(100 * ((sat >= 9) - (sat <= 6))))
  )
}
# covariances between banks are those of banks' sums over their numbers, at once
between <- function(design) {
  answered <- update(design, there = as.numeric(!is.na(sat)), x = ifelse(is.na(sat), 0, sat))
  answered <- update(answered, ia = there * (bank == "A"), ib = there * (bank == "B"))
  answered <- update(answered, xa = x * ia, xb = x * ib)
  totals <- svytotal(~xa + ia + xb + ib, answered)
  contrast <- svycontrast(totals, quote(xa / ia - xb / ib))
  list(estimate = unname(coef(contrast)), std_error = unname(SE(contrast)[1]))
}
drawn <- svydesign(ids = ~branch, strata = ~coast, weights = ~w, data = d, nest = TRUE)
plain <- svydesign(ids = ~id, weights = ~1, data = d)
raked <- rake(
  plain, list(~sex, ~age),
  list(data.frame(sex = c("f", "m"), Freq = c(.5, .5) * n),
       data.frame(age = c("old", "young"), Freq = c(.3, .7) * n)),
  control = list(epsilon = 1e-12, maxit = 500)
)
cat(toJSON(list(
  software = c(R.version.string, paste("survey", packageVersion("survey"))),
  data = d, design = scores(drawn), raked = scores(raked), raked_weights = unname(weights(raked)),
  difference = list(design = between(drawn), raked = between(raked))
), digits = 15, auto_unbox = TRUE, dataframe = "columns", na = "null"))
