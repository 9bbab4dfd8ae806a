# Reference values of R's clm for the ordinal model. Needs r-cran-ordinal and r-cran-jsonlite.
# Run from the folder that holds csibank.csv (1,707 bank customers):
#   Rscript make_values.R > values.json
suppressPackageStartupMessages(library(ordinal))
library(jsonlite)

bank <- read.csv("csibank.csv")
drivers <- c("imag2", "qual1", "qual5", "val3")
bank$y <- factor(bank$sat1, ordered = TRUE)
bank$w <- ifelse(bank$Gender == "Female", 2, 1)  # whole weights: rows repeated
control <- clm.control(gradTol = 1e-12)
solution <- function(link, weighted) {
  fit <- if (weighted) {
    clm(reformulate(drivers, "y"), data = bank, link = link, weights = w, control = control)
  } else {
    clm(reformulate(drivers, "y"), data = bank, link = link, control = control)
  }
  # shares at the medians of the drivers
  typical <- as.data.frame(lapply(bank[drivers], median))
  list(
    coefficients = as.list(fit$beta), thresholds = as.list(fit$alpha),
    std_error = as.list(summary(fit)$coefficients[, 2]), log_likelihood = as.numeric(logLik(fit)),
    shares = as.numeric(predict(fit, newdata = typical, type = "prob")$fit)
  )
}
values <- list(
  software = c(R.version.string, paste("ordinal", packageVersion("ordinal"))),
  outcome = "sat1", drivers = drivers, weight = "2 where Gender is Female, else 1",
  logit = solution("logit", FALSE), probit = solution("probit", FALSE),
  logit_weighted = solution("logit", TRUE), probit_weighted = solution("probit", TRUE)
)
cat(toJSON(values, digits = 15, auto_unbox = TRUE, pretty = TRUE))
