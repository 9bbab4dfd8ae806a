# Reference values of market overlap in plain R matrix algebra. Needs jsonlite.
#   Rscript make_values.R > values.json
library(jsonlite)

amounts <- rbind(A = c(40, 30, 20, 10), B = c(10, 30, 30, 30), C = c(0, 0, 5, 45))
by_market <- colSums(amounts)
chen <- function(a, b) sum((a / sum(a)) * (b / by_market))
pairs <- Vectorize(function(i, j) chen(amounts[i, ], amounts[j, ]))
labelled <- function(m) list(rows = rownames(amounts), columns = rownames(amounts), values = unname(m))
share <- amounts / rowSums(amounts)
unit <- share / sqrt(rowSums(share^2))
market_unit <- sweep(share, 2, sqrt(colSums(share^2)), "/")
related <- t(market_unit) %*% market_unit
cat(toJSON(list(
  software = R.version.string,
  amounts = list(rows = rownames(amounts), values = unname(amounts)),
  market_commonality = labelled(outer(1:3, 1:3, pairs)),
  jaffe = labelled(unit %*% t(unit)),
  bsv_mahalanobis = labelled(unit %*% related %*% t(unit))
), digits = 15, auto_unbox = TRUE, matrix = "rowmajor", pretty = TRUE))
