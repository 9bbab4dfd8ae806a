# Reference values of R's survey for raking, and for scores from raked weights and from the same
# weights as a bare column. Needs r-cran-survey and r-cran-jsonlite. Run from the folder that holds
# csibank.csv (1,707 customers of a Spanish retail bank, R package genpathmox):
#   Rscript make_values.R > values.json
suppressMessages({library(survey); library(jsonlite)})
bank <- read.csv("csibank.csv")
bank$id <- seq_len(nrow(bank))
margins <- list(
  data.frame(Gender = c("Female", "Male"), Freq = c(.51, .49) * nrow(bank)),
  data.frame(Region = c("Center", "East", "North"), Freq = c(.40, .35, .25) * nrow(bank))
)
raked <- rake(
  svydesign(ids = ~id, weights = ~1, data = bank), list(~Gender, ~Region), margins,
  control = list(epsilon = 1e-10, maxit = 200)
)
bank$w <- weights(raked)
scores <- function(design) {
  mean <- svyby(~sat1, ~Region, design, svymean)
  top <- svyby(~I(as.numeric(sat1 >= 9)), ~Region, design, svymean)
  nps <- svymean(~I(100 * ((loy3 >= 9) - (loy3 <= 6))), design)
  list(
    region = mean$Region, mean = list(estimate = mean[, 2], std_error = mean[, 3]),
    top2 = list(estimate = top[, 2], std_error = top[, 3]),
    nps = list(estimate = coef(nps)[[1]], std_error = SE(nps)[[1]])
  )
}
cat(toJSON(list(
  software = c(R.version.string, paste("survey", packageVersion("survey"))),
  cell_weights = aggregate(w ~ Gender + Region, bank, mean),
  kish_effect = nrow(bank) * sum(bank$w^2) / sum(bank$w)^2,
  margins = scores(raked), column = scores(svydesign(ids = ~id, weights = ~w, data = bank))
), digits = 15, auto_unbox = TRUE, dataframe = "columns"))
