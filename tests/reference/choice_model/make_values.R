# Reference values of R's clogit for the choice model. Needs r-cran-survival and r-cran-jsonlite.
# The choices are made here, whole numbers by a small generator of its own:
#   Rscript make_values.R > values.json
suppressPackageStartupMessages(library(survival))
library(jsonlite)

state <- 20260301
draw <- function(n) {  # Park and Miller's minimal standard
  out <- numeric(n)
  for (i in seq_len(n)) {
    state <<- (16807 * state) %% 2147483647
    out[i] <- state / 2147483647
  }
  out
}
persons <- 150
rows <- do.call(rbind, lapply(seq_len(persons), function(id) {
  banks <- which(draw(6) < 0.6)
  if (length(banks) < 2) banks <- c(1, 2)
  n <- length(banks)
  fair <- as.integer(draw(n) < 0.5)
  modern <- as.integer(draw(n) < 0.3 + 0.08 * banks)
  rates <- floor(11 * draw(n))
  liking <- 0.9 * fair + 0.4 * modern + 0.15 * rates - log(-log(draw(n)))
  considered <- as.integer(rank(-liking) <= max(1, floor(n / 2)))
  data.frame(id = id, bank = banks, fair, modern, rates, main = as.integer(liking == max(liking)),
             considered, w = 1 + id %% 3)
}))
fit <- function(formula, ...) {
  model <- clogit(formula, data = rows, control = coxph.control(eps = 1e-13, iter.max = 50), ...)
  list(coefficients = as.list(coef(model)), std_error = as.list(sqrt(diag(vcov(model)))),
       log_likelihood = model$loglik[2], null = model$loglik[1])
}
repeated <- rows[rep(seq_len(nrow(rows)), rows$w), ]
repeated$set <- ave(seq_len(nrow(repeated)), repeated$id, repeated$bank, FUN = seq_along) +
  10 * repeated$id
rows$bank_name <- factor(rows$bank)
values <- list(
  software = c(R.version.string, paste("survival", packageVersion("survival"))),
  choices = rows[c("id", "bank", "fair", "modern", "rates", "main", "considered", "w")],
  main = fit(main ~ fair + modern + rates + strata(id), method = "exact"),
  considered = fit(considered ~ fair + modern + rates + strata(id), method = "exact"),
  with_constants = fit(main ~ fair + modern + rates + bank_name + strata(id), method = "exact")
)
rows <- repeated
values$weighted <- fit(main ~ fair + modern + rates + strata(set), method = "exact")
cat(toJSON(values, digits = 15, auto_unbox = TRUE, dataframe = "columns"))
