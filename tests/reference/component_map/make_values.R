# Reference values of FactoMineR::PCA, stats::prcomp and stats::varimax for the component map.
# Needs r-cran-factominer and r-cran-jsonlite. Run from the folder that holds senso.cocktail.csv
# (16 cocktails by 13 sensory attributes, R package SensoMineR):
#   Rscript make_values.R > values.json
suppressPackageStartupMessages(library(FactoMineR))
library(jsonlite)

sensory <- as.matrix(read.csv("senso.cocktail.csv", row.names = 1))
plain <- PCA(sensory, scale.unit = TRUE, ncp = 3, graph = FALSE)
extra <- PCA(sensory, scale.unit = TRUE, ncp = 2, graph = FALSE, ind.sup = c(2, 5), quanti.sup = 1:2)
raw <- prcomp(sensory, center = TRUE, scale. = FALSE)
scaled <- prcomp(sensory, center = TRUE, scale. = TRUE)
turned <- function(k) {
  fit <- varimax(plain$var$coord[, 1:k], normalize = TRUE, eps = 1e-15)
  matrix(fit$loadings, ncol = k)
}
bare <- function(m) unname(as.matrix(m))
values <- list(
  software = c(R.version.string, paste("FactoMineR", packageVersion("FactoMineR"))),
  standardised = list(
    eigenvalues = unname(plain$eig[, 1]),
    rows = list(coordinate = bare(plain$ind$coord), contribution = bare(plain$ind$contrib) / 100,
                squared_cosine = bare(plain$ind$cos2)),
    columns = list(loading = bare(plain$var$coord), contribution = bare(plain$var$contrib) / 100,
                   squared_cosine = bare(plain$var$cos2))
  ),
  supplementary = list(
    rows = bare(extra$ind.sup$coord), row_cosine = bare(extra$ind.sup$cos2),
    columns = bare(extra$quanti.sup$coord), column_cosine = bare(extra$quanti.sup$cos2),
    active_rows = bare(extra$ind$coord)
  ),
  prcomp_raw = list(sdev = raw$sdev, rotation = bare(raw$rotation[, 1:3]), x = bare(raw$x[, 1:3])),
  prcomp_scaled = list(rotation = bare(scaled$rotation[, 1:3]), x = bare(scaled$x[, 1:3])),
  varimax2 = turned(2), varimax3 = turned(3)
)
cat(toJSON(values, digits = 15, auto_unbox = TRUE, matrix = "rowmajor", pretty = TRUE))
