# Reference values of R's psych and factanal for the reliability of scales. Needs r-cran-psych and
# r-cran-jsonlite. Run from the folder that holds csibank.csv (1,707 customers of a Spanish retail
# bank, R package genpathmox):
#   Rscript make_values.R > values.json
suppressMessages({library(psych); library(jsonlite)})
bank <- read.csv("csibank.csv")
blocks <- list(
  IMAG = paste0("imag", 1:6), EXPE = paste0("expe", 1:4), QUAL = paste0("qual", 1:7),
  VAL = paste0("val", 1:4), SAT = paste0("sat", 1:3), LOY = paste0("loy", 1:3)
)
omega <- function(x) {
  fit <- factanal(x, 1, control = list(opt = list(factr = 1e4, pgtol = 1e-12)))
  l <- fit$loadings[, 1]; u <- fit$uniquenesses; s <- apply(x, 2, sd)
  list(raw = sum(l * s)^2 / (sum(l * s)^2 + sum(u * s^2)), standardised = sum(l)^2 / (sum(l)^2 + sum(u)),
       loadings = unname(l))
}
reliability <- function(x) {
  a <- psych::alpha(x, check.keys = FALSE); k <- psych::KMO(x)
  list(
    alpha_raw = a$total$raw_alpha, alpha_standardised = a$total$std.alpha,
    mean_correlation = a$total$average_r,
    item_rest = as.list(setNames(a$item.stats$r.drop, rownames(a$item.stats))),
    alpha_if_dropped = as.list(setNames(a$alpha.drop$raw_alpha, rownames(a$alpha.drop))),
    kmo = k$MSA, kmo_items = as.list(k$MSAi), omega = omega(x)
  )
}
set.seed(7)
common <- rnorm(60)
small <- data.frame(sapply(c(a = .9, b = 1.2, c = .7, d = 2), function(s) round(5 + common + s * rnorm(60))))
cat(toJSON(list(
  software = c(R.version.string, paste("psych", packageVersion("psych"))),
  csibank = lapply(blocks, function(names) reliability(bank[, names])),
  small = list(data = small, values = reliability(small))
), digits = 15, auto_unbox = TRUE, dataframe = "columns"))
