# The HTTP service, `ot-code serve`, with every language. Built by `ot-code images build service`, which lays ot-code and
# what it needs ready beside this file, so that the build itself needs no network.
ARG BASE=ot-code/languages
FROM ${BASE}
COPY application /opt/ot-code
ENV PYTHONPATH=/opt/ot-code \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    LANG=C.UTF-8
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python3", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["python3", "-m", "ot_code"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
